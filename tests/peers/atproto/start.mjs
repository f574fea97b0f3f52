// A whole AT Protocol network (PLC directory, PDS, AppView, Ozone, bsync) on free loopback ports, with nobody in it yet.
// Wants DB_POSTGRES_URL and REDIS_HOST. Prints one line of JSON when it is ready; ends on SIGTERM.
import { TestNetwork } from '@atproto/dev-env'

const network = await TestNetwork.create({
  pds: { hostname: 'localhost', enableDidDocWithSession: true },
  dbPostgresSchema: 'peer',
})
process.once('SIGTERM', () => process.exit(0))
console.log(JSON.stringify({ pds: network.pds.url, appview: network.bsky.url, plc: network.plc.url }))
