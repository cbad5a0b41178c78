/** Our mark, beside the name at the top of every page. Its name is not in it: that stands beside. */

export function BrandMark() {
  return (
    <svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="var(--green)" />
      <path
        d="M8 17.5c3.2 0 4.4-7 8-7s4.8 7 8 7"
        fill="none"
        stroke="#fff"
        strokeWidth="2.6"
        strokeLinecap="round"
      />
      <circle cx="16" cy="21.5" r="2.3" fill="#f2b083" />
    </svg>
  );
}
