import { DAY, type EpochMs } from '../../domain/time.ts'

/**
 * Findings of one account on one host within three days are one campaign (v3 §9). They are grouped under its id. Whether further
 * findings also make each other worse is a switch, off by default: the boost compares how often a further finding this strong
 * follows among attacks (assumed) and in this fleet (learned, on every finding, shown or not).
 */
export interface Campaigns {
  /** By (host, user). */
  readonly open: Map<string, Campaign>
  /** Windows that reached i findings, and by bin of score those whose i-th was at least that strong; i from 2 to 4. */
  readonly windows: number[]
  readonly strong: number[][]
}

interface Campaign {
  readonly id: string
  readonly findings: Map<string, CampaignFinding>
}

interface CampaignFinding {
  at: EpochMs
  nats: number
}

const WINDOW = 3 * DAY
const BINS = [1.5, 2, 3, 4, 5, 6, 8]
const LAST = 4
const ATTACK_SHARE = 0.3
const PRIOR = 20
const LIMIT = 5

export function newCampaigns(): Campaigns {
  const perRank = Array.from({ length: LAST + 1 }, () => 0)
  return { open: new Map(), windows: perRank, strong: perRank.map(() => BINS.map(() => 0)) }
}

export interface Campaigned {
  readonly id: string
  /** Programs of the account that were found in the window, this one included. */
  readonly findings: number
  /** Nats that the other findings add, if the switch is on. */
  readonly boost: number
}

/** Takes in a finding of an account. `id` is the id that a new campaign would have. */
export function join(
  campaigns: Campaigns,
  account: string,
  program: string,
  nats: number,
  at: EpochMs,
  id: string,
): Campaigned {
  let campaign = campaigns.open.get(account)
  for (const [name, finding] of campaign?.findings ?? []) if (at - finding.at >= WINDOW) campaign!.findings.delete(name)
  if (campaign === undefined || campaign.findings.size === 0) {
    campaign = { id, findings: new Map() }
    campaigns.open.set(account, campaign)
  }
  const known = campaign.findings.get(program)
  if (known === undefined) {
    learn(campaigns, campaign.findings.size + 1, nats)
    campaign.findings.set(program, { at, nats })
  } else {
    known.at = Math.max(known.at, at)
    known.nats = Math.max(known.nats, nats)
  }
  const ranked = [...campaign.findings.values()].map((finding) => finding.nats).sort((a, b) => b - a)
  return { id: campaign.id, findings: ranked.length, boost: boostOf(campaigns, ranked) }
}

export function forgetCampaigns({ open }: Campaigns, now: EpochMs): void {
  for (const [account, { findings }] of open)
    if ([...findings.values()].every(({ at }) => now - at >= WINDOW)) open.delete(account)
}

function boostOf({ windows, strong }: Campaigns, ranked: readonly number[]): number {
  let boost = 0
  for (let rank = 2; rank <= Math.min(LAST, ranked.length); rank++) {
    const bin = binOf(ranked[rank - 1]!)
    const prior = PRIOR * ATTACK_SHARE * Math.exp(-(BINS[bin]! - BINS[0]!) / 2)
    const share = (strong[rank]![bin]! + prior) / (windows[rank]! + PRIOR)
    boost += Math.max(0, Math.log(ATTACK_SHARE / share))
  }
  return Math.min(LIMIT, boost)
}

function learn({ windows, strong }: Campaigns, rank: number, nats: number): void {
  // A window of one is one that may get a second: it counts for the rank that it waits for.
  if (rank + 1 <= LAST) windows[rank + 1]! += 1
  if (rank >= 2 && rank <= LAST) for (let bin = 0; bin <= binOf(nats); bin++) strong[rank]![bin]! += 1
}

function binOf(nats: number): number {
  return Math.max(
    0,
    BINS.findLastIndex((least) => nats >= least),
  )
}
