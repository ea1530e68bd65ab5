// A certified OpenID provider, npm's oidc-provider, on this machine only. Who signs in is said by `login_hint`, at once.
//   node provider.mjs PORT REDIRECT_URI CLIENT_SECRET
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [port, redirect, secret] = process.argv.slice(2);
// Who is a child at home; the number is only told to who reads it.
const numbers = { grown: '460199201003156021', namesake: '460199201003156021' };
const people = { grown: '周小满', namesake: '周小曼', xiaoyan: '陈小燕', other: '路人', officer: '王惠民', nameless: undefined };
console.warn = console.info = () => {};

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: 'suishouban', client_secret: secret, redirect_uris: [redirect], grant_types: ['authorization_code'], response_types: ['code'] }],
  pkce: { required: () => true },
  claims: { openid: ['sub', 'amr'], profile: ['name', 'id_number'] },
  features: { devInteractions: { enabled: false } },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: people[id.split('-')[0]], id_number: numbers[id.split('-')[0]] }) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope('openid profile');
    await grant.save();
    return grant;
  },
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  const { params } = await provider.interactionDetails(ctx.req, ctx.res);
  const [name, factors] = (params.login_hint ?? 'xiaoyan').split('+');
  await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: name, amr: factors ? [factors] : ['pwd'] } });
  ctx.respond = false;
});

createServer(provider.callback()).listen(Number(port), '127.0.0.1');
