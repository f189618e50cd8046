import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { DAY } from '../domain/time.ts'
import { diaryOf } from './demo-fleet/diary.ts'
import { HOSTS } from './demo-fleet/hosts.ts'
import { INCIDENTS } from './demo-fleet/incidents.ts'
import { DEMO_START, type DemoFile, demoFleet } from './demo-fleet.ts'

const fleet = demoFleet()
const digest = (file: DemoFile): string => {
  const hash = createHash('sha256')
  for (const line of file.lines) hash.update(line).update('\n')
  return hash.digest('hex')
}
const fileOf = (host: string): DemoFile => fleet.find((file) => file.path.startsWith(`${host}/`))!
const diaries = HOSTS.map((host) => ({ host: host.name, deeds: diaryOf(host, DEMO_START, 1) }))

test('the demo fleet is the same bytes for the same seed and differs for another', () => {
  const [web, desk] = [fileOf('quay-web1'), fileOf('desk-ines')]
  assert.equal(digest(web), digest(web), 'a file may be read twice')
  assert.deepEqual(
    [web, desk].map(digest),
    demoFleet(1)
      .filter((f) => [web.path, desk.path].includes(f.path))
      .map(digest),
  )
  assert.notEqual(digest(demoFleet(2)[0]!), digest(fleet[0]!))
})

test('the demo fleet is big enough to have habits and small enough to be scanned in seconds', () => {
  const deeds = diaries.reduce((sum, diary) => sum + diary.deeds.length, 0)
  assert.ok(deeds > 100_000 && deeds < 200_000, `${deeds} events`)
})

/** The shape of each record, as linux-audit writes it; values are checked where they carry meaning. */
const RECORD =
  /^(node=\S+ )?type=(SYSCALL|SOCKADDR|PROCTITLE|EXECVE|CWD|PATH) msg=audit\((\d{10}\.\d{3}):(\d+)\): ((?:[a-z0-9_]+=(?:"[^"]*"|\S+) ?)+)(?:\u001d(?:[A-Z]+="?[^"{]*"? ?|SADDR=\{ .* \})+)?$/

test('raw files hold whole, ordered audit events', () => {
  for (const file of fleet.filter((file) => file.path.endsWith('audit.log'))) {
    const events = new Map<string, string[]>()
    let last = ''
    for (const line of file.lines) {
      const [, , type, time, serial] = RECORD.exec(line) ?? assert.fail(line)
      assert.ok(time! >= last, 'times never go back')
      last = time!
      const id = `${time}:${serial}`
      events.set(id, [...(events.get(id) ?? []), type!])
    }
    const shapes = new Set([...events.values()].map((types) => types.join(' ')))
    assert.deepEqual([...shapes].sort(), ['SYSCALL EXECVE CWD PATH PROCTITLE', 'SYSCALL SOCKADDR PROCTITLE'])
  }
})

test('each raw flavour is there: plain, with node, and ENRICHED', () => {
  const first = (host: string) => [...take(fileOf(host).lines, 3)]
  assert.match(first('quay-web1')[0]!, /^type=SYSCALL/)
  assert.match(first('quay-app')[0]!, /^node=quay-app type=SYSCALL/)
  assert.match(first('quay-db')[0]!, /\u001dARCH=x86_64 SYSCALL=\w+ AUID="unset"/)
})

test('the address in a raw SOCKADDR is the one that the pool of the miner has', () => {
  // 203.0.113.77:3333: family 2 little-endian, port 0x0D05, address CB 00 71 4D.
  const saddr = 'saddr=02000D05CB00714D0000000000000000'
  const beacons = [...fileOf('quay-web1').lines].filter((line) => line.endsWith(saddr))
  assert.ok(beacons.length > 900, `${beacons.length} beacons in five nights of 205 minutes`)
})

test('ECS files hold one document a line, with what a datafeed asks for', () => {
  for (const file of fleet.filter((file) => file.path.endsWith('.ndjson'))) {
    for (const line of take(file.lines, 500)) {
      const doc = JSON.parse(line)
      assert.match(doc['@timestamp'], /^2026-0\d-\d\dT[\d:.]+Z$/)
      assert.equal(doc.host.os.type, 'linux')
      assert.ok(doc.event.type.includes('start'))
      assert.ok(doc.process.name && doc.user.name && doc.event.ingested > doc['@timestamp'])
      if (doc.event.category[0] === 'network') assert.ok(doc.destination?.ip ?? doc.source?.ip)
    }
  }
  assert.match([...take(fileOf('desk-ines').lines, 1)][0]!, /"module":"endpoint"/)
})

test('only addresses kept for documentation and private use appear', () => {
  for (const { deeds } of diaries)
    for (const { peer } of deeds)
      if (peer) assert.match(peer.ip, /^(10\.20\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.)/)
})

test('what an incident shows was never on the network before, and a quiet week comes first', () => {
  for (const { title, process, hosts, from } of Object.values(INCIDENTS).filter((each) => 'process' in each)) {
    assert.ok(from >= 7 * DAY, title)
    const start = DEMO_START + from
    const links = diaries.flatMap(({ host, deeds }) =>
      deeds.filter((deed) => deed.program.name === process && deed.kind !== 'exec').map((deed) => ({ ...deed, host })),
    )
    assert.deepEqual(new Set(links.map((link) => link.host)), new Set(hosts), title)
    assert.ok(
      links.every((link) => link.time >= start),
      title,
    )
    assert.ok(links.length >= 3, title)
  }
})

test('the silent host says nothing after its last moment, and every other host goes on to the end', () => {
  const lastOf = (host: string) => diaries.find((diary) => diary.host === host)!.deeds.at(-1)!.time - DEMO_START
  for (const { host } of diaries) {
    const isSilent = (INCIDENTS.silence.hosts as readonly string[]).includes(host)
    assert.equal(lastOf(host) < INCIDENTS.silence.from, isSilent, host)
    assert.ok(lastOf(host) > (isSilent ? INCIDENTS.silence.from : 14 * DAY) - DAY / 24, host)
  }
})

test('the name of a process fits into the 15 characters that the kernel keeps', () => {
  for (const { deeds } of diaries) assert.ok(deeds.every((deed) => deed.program.name.length <= 15))
})

test('people keep office hours and customers come at the weekend too', () => {
  // Sunday, 31 May 2026 is day 6; Wednesday, 27 May is day 2.
  const on = (day: number, name: string) =>
    diaries
      .flatMap(({ deeds }) => deeds)
      .filter((deed) => deed.program.name === name && Math.floor((deed.time - DEMO_START) / DAY) === day).length
  assert.ok(on(6, 'firefox') < on(2, 'firefox') / 3)
  assert.ok(on(6, 'nginx') > on(2, 'nginx') / 2)
})

function* take<T>(items: Iterable<T>, count: number): Generator<T> {
  let left = count
  for (const item of items) {
    if (left-- <= 0) return
    yield item
  }
}
