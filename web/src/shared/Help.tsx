/** Where help is: the contact that the installation names in the page's head, else a person everybody knows. */
import { useTranslation } from "react-i18next";

/** `known`: the text before has named the person already. */
export function Help({ known = false }: { known?: boolean }) {
  const { t } = useTranslation();
  const contact = document.querySelector<HTMLLinkElement>("link[rel=help]");
  if (!contact) return known ? null : <p className="fine">{t("common.ask")}</p>;
  return (
    <p className="fine" data-testid="help">
      {t("common.help")}{" "}
      {contact.href ? (
        <a className="button button-plain" href={contact.href}>
          {contact.title}
        </a>
      ) : (
        contact.title
      )}
    </p>
  );
}
