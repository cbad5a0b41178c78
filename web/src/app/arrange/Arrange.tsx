/** Booking for somebody known: a day, a suggested time or any other, once or in a series; looked at before it is done. */
import { Alert, Button, NativeSelect, Text, TextInput } from "@mantine/core";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { errorText } from "../../shared/errors";
import { type Moved, dateOf, moving } from "../../shared/moved";
import { dateAndTime, timeOfDay } from "../../shared/time";
import { type Desk, type Made, type Occurrence, type Order, useBook } from "./arranging";
import { useFreeTimes, useOutlook } from "./arranging";
import { instantAt, isAskable } from "./wall";
import "./arrange.css";

const INTERVALS = [1, 2, 3, 4, 6, 8];
const COUNTS = [2, 3, 4, 5, 6, 8, 10, 12];

interface Wish {
  client: string;
  day: string;
  startsAt: string;
  interval: number;
  count: number;
  /** Dates of a series for which another time is taken. */
  moved: Moved[];
}

/** What is being arranged at a desk; `client` may be chosen later. A change takes back what was said of the one before. */
export function useArranging(desk: Desk, today: string, client = "") {
  const book = useBook(desk);
  const nothing: Wish = { client, day: today, startsAt: "", interval: 1, count: 1, moved: [] };
  const [wish, setWish] = useState<Wish>(nothing);
  const change = (part: Partial<Wish>): void => {
    book.reset();
    setWish((present) => ({ ...present, moved: [], ...part }));
  };
  return { desk, book, wish, change, again: () => change(nothing) };
}

interface Props {
  zone: string;
  today: string;
  arranging: ReturnType<typeof useArranging>;
}

export function Arrange({ zone, today, arranging }: Props) {
  const { t } = useTranslation();
  const { desk, book, wish, change } = arranging;
  const order = orderOf(wish);
  return (
    <>
      <TextInput
        type="date"
        label={t("app.arrange.day")}
        data-testid="arrange-day"
        min={today}
        value={wish.day}
        onChange={(event) => change({ day: event.currentTarget.value, startsAt: "" })}
      />
      <Times
        desk={desk}
        zone={zone}
        today={today}
        wish={wish}
        onPick={(startsAt) => change({ startsAt })}
      />
      <Repeating wish={wish} onChange={change} />
      {order || book.data ? null : <Missing wish={wish} today={today} />}
      {order && !book.data ? (
        <Outlook
          desk={desk}
          order={order}
          zone={zone}
          book={book}
          onMove={(one, to) => change({ moved: moving(wish.moved, one, to) })}
        />
      ) : null}
      <div role="status">
        {book.data ? <Done made={book.data} zone={zone} onNext={arranging.again} /> : null}
      </div>
    </>
  );
}

function orderOf(wish: Wish): Order | null {
  if (!wish.client || !wish.startsAt) return null;
  const { client, startsAt, interval, count, moved } = wish;
  const often = { interval_weeks: interval, count, whole: false, instead: moved };
  return { client_id: client, starts_at: startsAt, ...often };
}

/** The button while something is still open: pressed, it says what. */
function Missing({ wish, today }: { wish: Wish; today: string }) {
  const { t } = useTranslation();
  const [pressed, setPressed] = useState(false);
  const what = !wish.client
    ? "app.arrange.missing_client"
    : isAskable(wish.day, today)
      ? "app.arrange.missing_time"
      : "app.arrange.missing_day";
  return (
    <>
      <Button
        variant="default"
        aria-describedby={pressed ? "arrange-missing" : undefined}
        data-testid="arrange-incomplete"
        onClick={() => setPressed(true)}
      >
        {t("app.arrange.book_once")}
      </Button>
      <div role="status" id="arrange-missing" data-testid="arrange-missing">
        {pressed ? t(what) : null}
      </div>
    </>
  );
}

interface TimesProps {
  desk: Desk;
  zone: string;
  today: string;
  wish: Wish;
  onPick: (startsAt: string) => void;
}

function Times({ desk, zone, today, wish, onPick }: TimesProps) {
  const { t } = useTranslation();
  const free = useFreeTimes(desk, isAskable(wish.day, today) ? wish.day : "", zone);
  const slots = free.data?.slots ?? [];
  const [typed, setTyped] = useState("");
  const type = (time: string): void => {
    setTyped(time);
    onPick(instantAt(wish.day, time, zone) ?? "");
  };
  return (
    <fieldset className="arrange-times">
      <legend>{t("app.arrange.times")}</legend>
      {free.data && slots.length === 0 ? <Text size="sm">{t("app.arrange.none_free")}</Text> : null}
      <div className="arrange-slots">
        {slots.map((slot) => (
          <Button
            key={slot.starts_at}
            size="sm"
            variant={slot.starts_at === wish.startsAt ? "filled" : "default"}
            aria-pressed={slot.starts_at === wish.startsAt}
            data-testid="arrange-slot"
            onClick={() => {
              setTyped("");
              onPick(slot.starts_at);
            }}
          >
            {timeOfDay(slot.starts_at, zone)}
          </Button>
        ))}
      </div>
      <TextInput
        type="time"
        label={t("app.arrange.other_time")}
        description={t("app.arrange.other_time_text")}
        data-testid="arrange-time"
        value={typed}
        onChange={(event) => type(event.currentTarget.value)}
      />
    </fieldset>
  );
}

function Repeating({ wish, onChange }: { wish: Wish; onChange: (part: Partial<Wish>) => void }) {
  const { t } = useTranslation();
  return (
    <div className="arrange-repeat">
      <NativeSelect
        label={t("app.arrange.repeat")}
        data-testid="arrange-repeat"
        value={wish.count > 1 ? wish.interval : 0}
        onChange={(event) => {
          const interval = Number(event.currentTarget.value);
          if (interval === 0) onChange({ interval: 1, count: 1 });
          else onChange({ interval, count: Math.max(wish.count, 4) });
        }}
        data={[
          { value: "0", label: t("app.arrange.once") },
          ...INTERVALS.map((weeks) => ({
            value: String(weeks),
            label: t("app.arrange.every", { count: weeks }),
          })),
        ]}
      />
      {wish.count > 1 ? (
        <NativeSelect
          label={t("app.arrange.how_often")}
          data-testid="arrange-count"
          value={wish.count}
          onChange={(event) => onChange({ count: Number(event.currentTarget.value) })}
          data={COUNTS.map((count) => ({
            value: String(count),
            label: t("app.arrange.times_count", { count }),
          }))}
        />
      ) : null}
    </div>
  );
}

/** null: back to where the date belongs. */
type Move = (one: Occurrence, startsAt: string | null) => void;

interface OutlookProps {
  desk: Desk;
  order: Order;
  zone: string;
  book: ReturnType<typeof useBook>;
  onMove: Move;
}

function Outlook({ desk, order, zone, book, onMove }: OutlookProps) {
  const { t } = useTranslation();
  const outlook = useOutlook(desk, order);
  const found = outlook.data?.occurrences ?? [];
  const free = found.filter((one) => one.why === null).length;
  const error = book.error ?? outlook.error;
  return (
    <div className="stack">
      {error ? <Alert color="red">{errorText(t, error).title}</Alert> : null}
      <ul className="plain-list" aria-label={t("app.arrange.outlook")}>
        {found.map((one) => (
          <Line key={dateOf(one)} one={one} zone={zone} onMove={onMove} />
        ))}
      </ul>
      {free > 0 ? (
        <Button
          loading={book.isPending || outlook.isPlaceholderData}
          data-testid="arrange-book"
          onClick={() => book.mutate(order)}
        >
          {found.length === 1
            ? t("app.arrange.book_it")
            : t(free < found.length ? "app.arrange.book_free" : "app.arrange.book", {
                count: free,
              })}
        </Button>
      ) : null}
    </div>
  );
}

/** Takes the focus when its time was changed: what was pressed for that is gone. */
function Line({ one, zone, onMove }: { one: Occurrence; zone: string; onMove: Move }) {
  const { t } = useTranslation();
  const line = useRef<HTMLLIElement>(null);
  const when = dateAndTime(dateOf(one), zone);
  const move = (startsAt: string | null): void => {
    onMove(one, startsAt);
    line.current?.focus({ preventScroll: true });
  };
  return (
    <li ref={line} tabIndex={-1} data-testid="arrange-line" data-why={one.why ?? "free"}>
      <span>{dateAndTime(one.starts_at, zone)}</span>{" "}
      <strong>{one.why ? t(`app.arrange.why.${one.why}`) : t("app.arrange.free")}</strong>
      {one.outside_hours ? <Text size="sm">{t("app.arrange.outside_hours")}</Text> : null}
      {one.instead_of ? (
        <div className="arrange-slots">
          <Text size="sm">{t("app.arrange.instead_of", { when })}</Text>
          <Button
            variant="subtle"
            size="sm"
            data-testid="take-back"
            aria-label={t("app.arrange.take_back_of", { when })}
            onClick={() => move(null)}
          >
            {t("app.arrange.take_back")}
          </Button>
        </div>
      ) : null}
      {one.alternatives.length > 0 ? (
        <div role="group" aria-label={t("app.arrange.near_of", { when })}>
          <Text size="sm">{t("app.arrange.near")}</Text>
          <div className="arrange-slots">
            {one.alternatives.map(({ starts_at }) => (
              <Button
                key={starts_at}
                size="sm"
                variant="default"
                data-testid="take-instead"
                data-starts-at={starts_at}
                onClick={() => move(starts_at)}
              >
                {dateAndTime(starts_at, zone)}
              </Button>
            ))}
          </div>
        </div>
      ) : null}
    </li>
  );
}

function Done({ made, zone, onNext }: { made: Made; zone: string; onNext: () => void }) {
  const { t } = useTranslation();
  return (
    <Alert color="green" title={t("app.arrange.done")} data-testid="arrange-done">
      <ul className="plain-list">
        {made.bookings.map((one) => (
          <li key={one.booking_id}>{dateAndTime(one.starts_at, zone)}</li>
        ))}
      </ul>
      <Text size="sm">{t("app.arrange.told")}</Text>
      <Button variant="default" size="sm" onClick={onNext}>
        {t("app.arrange.next")}
      </Button>
    </Alert>
  );
}
