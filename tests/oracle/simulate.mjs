// Runs iam-simulate on the cases of standard input, one JSON object a line, and writes
// what it decides, one word a line.

import { createInterface } from 'node:readline'
import { anonymousPrincipal, runSimulation } from '@cloud-copilot/iam-simulate'

const named = (policies) => policies.map((policy, number) => ({ name: `policy ${number}`, policy }))
const levels = (policies) =>
  policies.map((policy, number) => ({ orgIdentifier: `level ${number}`, policies: named([policy]) }))

const simulation = (it) => ({
  request: {
    principal: it.caller.kind === 'anonymous' ? anonymousPrincipal : it.caller.name,
    action: it.action,
    resource: { resource: it.resource, accountId: it.owner },
    contextVariables: { ...it.derived, ...it.context },
  },
  identityPolicies: named(it.identity),
  sessionPolicy: it.session ?? undefined,
  permissionBoundaryPolicies: it.boundary ? named([it.boundary]) : undefined,
  resourcePolicy: it.resource_policy ?? undefined,
  serviceControlPolicies: levels(it.service_control),
  resourceControlPolicies: levels(it.resource_control),
})

const decided = []
for await (const line of createInterface({ input: process.stdin })) {
  const result = await runSimulation(simulation(JSON.parse(line)), {})
  decided.push(result.resultType === 'single' ? result.overallResult : `Error ${JSON.stringify(result.errors ?? result)}`)
}
process.stdout.write(decided.join('\n') + '\n')
