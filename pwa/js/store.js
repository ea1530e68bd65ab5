// A drawer of the browser's database: one object store in a database of its own.
export function drawer(name, store) {
  let opening;
  const open = () => opening ||= new Promise((done, fail) => {
    const asked = indexedDB.open(name);
    asked.onupgradeneeded = () => asked.result.createObjectStore(store);
    asked.onsuccess = () => { asked.result.onclose = () => { opening = 0; }; done(asked.result); };
    asked.onerror = () => { opening = 0; fail(asked.error); };
  });
  // `work` asks for something; its answer comes when the whole transaction is written down.
  const run = async work => {
    const step = (await open()).transaction(store, 'readwrite'), asked = work(step.objectStore(store));
    return new Promise((done, fail) => {
      step.oncomplete = () => done(asked.result);
      step.onabort = () => fail(step.error);
    });
  };
  return {
    get: key => run(rows => rows.get(key)),
    all: () => run(rows => rows.getAll()),
    put: (key, value) => run(rows => rows.put(value, key)),
    drop: key => run(rows => rows.delete(key)),
    clear: () => run(rows => rows.clear()),
    // Of a row that is there; one that is gone stays gone.
    change: (key, value) => run(rows => {
      const asked = rows.get(key);
      asked.onsuccess = () => asked.result && rows.put({ ...asked.result, ...value }, key);
      return asked;
    }),
  };
}
