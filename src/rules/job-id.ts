/**
 * A job id without the marks of its version. Elastic has shipped one and the same job under several ids: `v2_…`, `v3_…`,
 * `…_ecs`, `…_ea` (entity analytics), `…_euid`; detector, bucket span and query did not change with them.
 *
 * @example baseJobId('v3_linux_anomalous_network_activity_ea') // 'linux_anomalous_network_activity'
 */
export function baseJobId(jobId: string): string {
  return jobId.replace(/^v\d+_/, '').replace(/(_(ea|euid|ecs))+$/, '')
}

/** Whether a rule that names `asked` reads the results of `jobId`; `*` names every job. */
export function isSameJob(asked: string, jobId: string): boolean {
  return asked === '*' || asked === jobId || baseJobId(asked) === baseJobId(jobId)
}
