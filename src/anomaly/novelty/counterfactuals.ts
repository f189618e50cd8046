import { newDayRates } from './day-rates.ts'
import { dayOf } from './fading.ts'
import type { Peer } from './group.ts'
import { type Judgement, judge } from './judge.ts'
import { newRate } from './rate.ts'
import type { Scene } from './scene.ts'
import { endpointText } from './sentences.ts'
import { newProgram, type Program } from './state.ts'

/**
 * What would have made a finding no alert: each answer is the whole judgement again, over one changed circumstance. An answer is given only
 * where the score then misses the threshold clearly, since other circumstances would have changed a little too.
 *
 * @param told the judgement to compare with
 * @param alertFrom nats that make an alert
 * @returns the ends of a sentence that begins "Would not alert if"
 */
export function counterfactuals(scene: Scene, told: Judgement, alertFrom: number): string[] {
  const { peer } = told.about
  const { program, user, host } = scene.group
  const said: string[] = []
  const tell = (sentence: string, nats: number | undefined) => {
    if (nats !== undefined && nats < alertFrom - MARGIN) said.push(sentence)
  }
  if (peer.external)
    tell(
      `something else in the fleet that keeps to its peers had called ${endpointText(peer)} before`,
      ifVouched(scene, peer),
    )
  const usual = usualPeerOf(scene, peer)
  if (usual !== undefined)
    tell(`${program} had gone to ${usual.ip} as usual`, natsOf({ ...scene, group: withPeers(scene, [usual]) }))
  const other = scene.onHost?.lastUser
  if (other !== undefined && other !== user)
    tell(`it had run as ${other || 'nobody'}, as usual on ${host}`, ifRunBy(scene, other))
  tell(`two other hosts had got ${program} on the same day and done the same`, ifRolledOut(scene))
  if (scene.group.attended === false)
    tell('a person had been logged in', natsOf({ ...scene, group: { ...scene.group, attended: true } }))
  return said
}

/** What the changed past would have done to learned rates besides is worth less than this. */
const MARGIN = 0.5

function natsOf(scene: Scene): number {
  return judge(scene).nats
}

function withPeers({ group }: Scene, peers: readonly Peer[]): Scene['group'] {
  return { ...group, peers: new Map(peers.map((peer) => [peer.endpoint, peer])) }
}

/** Judged as if a use that does not exist had made the endpoint known. The state is as before afterwards. */
function ifVouched(scene: Scene, peer: Peer): number {
  const { endpoints } = scene.state
  const before = endpoints.get(peer.endpoint)
  const { first } = scene.group
  const known = before ?? { owner: 0, seen: 0, vouched: true, shared: true, first, score: 0, buckets: 1 }
  endpoints.set(peer.endpoint, { ...known, vouched: true, shared: true })
  try {
    return natsOf(scene)
  } finally {
    if (before === undefined) endpoints.delete(peer.endpoint)
    else endpoints.set(peer.endpoint, before)
  }
}

/** A peer inside that this use has met already, on the same port if the program knows it. */
function usualPeerOf({ use, program, onHost }: Scene, { portKey, port }: Peer): Peer | undefined {
  const ip = use?.internal?.keys().next().value
  if (ip === undefined || program === undefined || onHost === undefined) return undefined
  const knownPort = program.ports.has(portKey)
    ? portKey
    : [...program.ports.keys()].find((key) => !key.startsWith('in:'))
  if (knownPort === undefined) return undefined
  const number = knownPort === portKey ? port : knownPort === 'web' ? '443' : knownPort
  return { ip, port: number, endpoint: `${ip} ${number}`, portKey: knownPort, external: false, range: '' }
}

/** Judged as a group of another user of this host, who runs the program there. */
function ifRunBy(scene: Scene, name: string): number | undefined {
  const { state, host, group } = scene
  const user = state.users.get(name)
  const account = host.accounts.get(name)
  const use = account?.uses.get(group.program)
  if (user === undefined || account === undefined || use === undefined) return undefined
  return natsOf({ ...scene, user, account, use, group: { ...group, user: name } })
}

/** Judged as the third host that got the program within a day, for the same user and the same peers. */
function ifRolledOut(scene: Scene): number | undefined {
  const { group, onHost, use } = scene
  if (onHost !== undefined || use !== undefined) return undefined
  const program = copyOf(scene.program, scene)
  for (const name of ['\0one', '\0other'])
    program.hosts.set(name, { first: group.first, seen: 0, lastUser: group.user, a: newRate(), b: newRate() })
  program.users.set(group.user, program.users.get(group.user) ?? { seen: 0, days: newDayRates(dayOf(group.first)) })
  for (const peer of group.peers.values()) {
    program.ips.set(peer.ip, 0)
    program.ports.set(peer.portKey, peer.external ? 2 : 1)
  }
  return natsOf({ ...scene, program })
}

function copyOf(known: Program | undefined, { group }: Scene): Program {
  const program = known ?? { ...newProgram(group.program, dayOf(group.first)), groups: 2, daysBegun: 2 }
  const { hosts, users, ips, ports } = program
  return { ...program, hosts: new Map(hosts), users: new Map(users), ips: new Map(ips), ports: new Map(ports) }
}
