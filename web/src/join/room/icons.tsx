/** Line icons of the call, drawn on a 24 grid in the text's colour. */
const PATHS = {
  microphone:
    "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM6 11a6 6 0 0 0 12 0M12 17v4M9 21h6",
  camera:
    "M4 7h9a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2ZM15 11l6-3.5v9L15 13",
  chat: "M4 5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-8l-5 4v-4H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1Z",
  settings: "M4 7h10M18 7h2M4 17h2M10 17h10M14 4.5v5M6 14.5v5",
  hangup:
    "M2.5 13.2c5.3-5.6 13.7-5.6 19 0 .5.5.5 1.3.1 1.9l-1.3 1.7c-.4.5-1 .7-1.6.5l-2.9-1c-.6-.2-1-.7-1-1.3l-.1-2a9.5 9.5 0 0 0-5.4 0l-.1 2c0 .6-.4 1.1-1 1.3l-2.9 1c-.6.2-1.2 0-1.6-.5l-1.3-1.7c-.4-.6-.4-1.4.1-1.9Z",
  close: "M6 6l12 12M18 6 6 18",
  send: "M4 12 20 4l-5 16-3.5-6.5Z",
  speaker: "M4 9v6h4l5 4V5L8 9ZM16.5 8.500a5 5 0 0 1 0 7M19 6a9 9 0 0 1 0 12",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, off = false }: { name: IconName; off?: boolean }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path d={PATHS[name]} />
      {off ? <path className="icon-slash" d="M4 3 20 21" /> : null}
    </svg>
  );
}
