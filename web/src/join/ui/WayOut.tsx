/** Where to go when trying again cannot help: book anew where one booked before, or to the start page. */
import { useTranslation } from "react-i18next";
import { bookingPage } from "../room/memory";

export function WayOut({ bookAgain = false }: { bookAgain?: boolean }) {
  const { t } = useTranslation();
  const booking = bookAgain ? bookingPage() : null;
  return (
    <div className="actions">
      {booking ? (
        <a className="button button-primary" href={booking} data-testid="book-again">
          {t("ui.bookAgain")}
        </a>
      ) : null}
      <a className="button button-plain" href="/" data-testid="to-start">
        {t("ui.toStart")}
      </a>
    </div>
  );
}
