/** Pure: which dates of a series are moved to a time nearby, and which are as they were. */

/** As the server takes it: another time for the date `of`. */
export interface Moved {
  of: string;
  starts_at: string;
}

interface Dated {
  starts_at: string;
  instead_of: string | null;
}

/** The date of the series, wherever it is moved to. */
export function dateOf(one: Dated): string {
  return one.instead_of ?? one.starts_at;
}

/** With this one at `startsAt`; null: where it belongs. */
export function moving(moved: readonly Moved[], one: Dated, startsAt: string | null): Moved[] {
  const of = dateOf(one);
  const others = moved.filter((each) => each.of !== of);
  const isBack = startsAt === null || Date.parse(startsAt) === Date.parse(of);
  return isBack ? others : [...others, { of, starts_at: startsAt }];
}
