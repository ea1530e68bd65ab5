// The independent push service of npm's web-push-testing, on this machine only: by itself it listens to the whole network.
//   node push_service.cjs PORT
// POST /subscribe · /notify/:hash (what browsers' push services do) · /get-notifications · /expire-subscription/:hash
const net = require('node:net');
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  return listen.call(this, port, '127.0.0.1', ...rest.filter(one => typeof one === 'function'));
};
const Service = require('web-push-testing/src/server.js');
const { PushApiModel } = require('web-push-testing/src/PushApiModel.js');

// What it does not look at itself, but a real one does.
const notify = Service.prototype.handleNotification;
Service.prototype.handleNotification = function (request, response) {
  const topic = request.get('Topic');
  const wrong = (topic && !/^[A-Za-z0-9_-]{1,32}$/.test(topic)) || !/^(very-low|low|normal|high)$/.test(request.get('Urgency') || '')
    || !/^\d+$/.test(request.get('TTL') || '') || claims(request).aud !== `http://localhost:${process.argv[2]}` || !soon(claims(request).exp);
  return wrong ? response.status(400).send({ error: { message: 'headers' } }) : notify.call(this, request, response);
};
const claims = request => JSON.parse(Buffer.from(/t=[^.]+\.([^.]+)/.exec(request.get('Authorization'))[1], 'base64url'));
const soon = exp => exp > Date.now() / 1000 && exp <= Date.now() / 1000 + 24 * 3600;

console.error = () => {};
new Service(new PushApiModel(), Number(process.argv[2])).startServer();
