/** Requests that belong together: those of one series, where its most urgent one stands (pure). */

export function together<One extends { series_id: string | null }>(
  requests: readonly One[],
): One[][] {
  const series = new Map<string, One[]>();
  const found: One[][] = [];
  for (const one of requests) {
    const known = one.series_id === null ? undefined : series.get(one.series_id);
    if (known) {
      known.push(one);
      continue;
    }
    const first = [one];
    found.push(first);
    if (one.series_id !== null) series.set(one.series_id, first);
  }
  return found;
}
