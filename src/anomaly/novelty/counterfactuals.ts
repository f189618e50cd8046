import { shortened } from '../../domain/words.ts'
import { OF_USER, PROGRAM } from './entries.ts'
import { INBOUND, type Peer } from './facts.ts'
import { type Judgement, judge } from './judge.ts'
import type { Scene } from './scene.ts'
import { endpointText } from './sentences.ts'

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
  const { user, host } = scene.group
  const program = shortened(scene.group.program)
  const said: string[] = []
  const tell = (sentence: string, nats: number | undefined) => {
    if (nats !== undefined && nats < alertFrom - MARGIN) said.push(sentence)
  }
  if (peer.external)
    tell(
      `something else in the fleet that keeps to its peers had called ${endpointText(peer)} before`,
      natsOf({ ...scene, supposed: { vouched: peer.endpoint } }),
    )
  const usual = usualPeerOf(scene, peer)
  if (usual !== undefined)
    tell(`${program} had gone to ${usual.ip} as usual`, natsOf({ ...scene, group: withPeers(scene, [usual]) }))
  const other = scene.onHost && scene.state.names.text(scene.onHost.lastUser)
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

/** A peer inside that this use has met already, on the same port if the program knows it. */
function usualPeerOf(scene: Scene, { portKey, port }: Peer): Peer | undefined {
  const { state, ids, use, program, onHost } = scene
  const { entries, names } = state
  if (use === undefined || use.internalMany || program === undefined || onHost === undefined) return undefined
  const met = first(entries.internal.rows(), (row) => row.use === use.id)
  if (met === undefined) return undefined
  const ip = names.address(met.ip)
  const knownPort = entries.ports.has(ids.program, names.find(portKey))
    ? portKey
    : first(portsOf(scene), (key) => !key.startsWith(INBOUND))
  if (knownPort === undefined) return undefined
  const number = knownPort === portKey ? port : knownPort === 'web' ? '443' : knownPort
  return {
    ip,
    port: number,
    service: number,
    endpoint: `${ip} ${number}`,
    portKey: knownPort,
    external: false,
    range: '',
  }
}

function* portsOf({ state: { entries, names }, ids }: Scene): Generator<string> {
  for (const { program, port } of entries.ports.rows()) if (program === ids.program) yield names.text(port)
}

function first<T>(items: Iterable<T>, fits: (item: T) => boolean): T | undefined {
  for (const item of items) if (fits(item)) return item
  return undefined
}

/** Judged as a group of another user of this host, who runs the program there. */
function ifRunBy(scene: Scene, name: string): number | undefined {
  const { state, group, ids } = scene
  const { users, accounts, uses, ofUsers } = state.entries
  const id = state.names.find(name)
  const user = users.get(id)
  const account = accounts.get(ids.host, id)
  const use = uses.get(ids.host, id, ids.program)
  if (user === undefined || account === undefined || use === undefined) return undefined
  const ofUser = ofUsers.get(ids.program, id)
  return natsOf({ ...scene, ids: { ...ids, user: id }, user, account, ofUser, use, group: { ...group, user: name } })
}

/** Judged as the third host that got the program within a day, for the same user and the same peers. */
function ifRolledOut(scene: Scene): number | undefined {
  if (scene.onHost !== undefined || scene.use !== undefined) return undefined
  const program = scene.program ?? PROGRAM.blank()
  if (scene.program === undefined) {
    program.groups = 2
    program.daysBegun = 2
  }
  return natsOf({ ...scene, program, ofUser: scene.ofUser ?? OF_USER.blank(), supposed: { rolledOut: true } })
}
