// A provider (npm oidc-provider) whose access tokens have the shapes of several products: one client for each preset.
// npm install --no-save oidc-provider && node oidc.mjs 9410; then
// curl -s -u auth0:secret -d grant_type=client_credentials http://127.0.0.1:9410/token
import { Provider } from 'oidc-provider';

const port = Number(process.argv[2] ?? 9410);
const issuer = `http://127.0.0.1:${port}`;

const shapes = {
  supabase: {
    aud: 'authenticated',
    claims: {
      role: 'authenticated',
      aal: 'aal1',
      session_id: '6f0e',
      app_metadata: { provider: 'email', tenant_id: 'acme', roles: ['editor'], permissions: ['publish:topic:*'] },
      user_metadata: { tenant_id: 'other' },
    },
  },
  auth0: { aud: 'https://api.acme.example', claims: { org_id: 'acme', permissions: ['publish:topic:*'] } },
  workos: {
    aud: 'client_01H',
    claims: { org_id: 'acme', role: 'editor', roles: ['editor'], permissions: ['publish:topic:*'], sid: 'session_01' },
  },
  clerk: { aud: 'clerk', claims: { azp: 'https://app.acme.example', v: 2, o: { id: 'acme', slg: 'acme-inc', rol: 'editor' } } },
  keycloak: {
    aud: 'account',
    claims: { typ: 'Bearer', azp: 'web', realm_access: { roles: ['editor'] }, organization: { acme: { id: '8f4a' } } },
  },
};

const provider = new Provider(issuer, {
  clients: Object.keys(shapes).map((id) => ({
    client_id: id,
    client_secret: 'secret',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  })),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_, client) => `urn:${client.clientId}`,
      getResourceServerInfo: (_, resource, client) => ({
        scope: '',
        audience: shapes[client.clientId].aud,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
  extraTokenClaims: (_, token) => shapes[token.clientId].claims,
});
provider.listen(port, '127.0.0.1', () => console.log(issuer));
