/**
 * Shows push messages while no page of ours is open, and leads to the page they name. It keeps nothing, answers no
 * request of a page, and knows no more than the message says: where to look.
 */
self.addEventListener("push", (event) => {
  const told = event.data ? event.data.json() : {};
  const shown = self.registration.showNotification(told.title || "Todoku", {
    body: told.body || "",
    lang: told.lang || "ja",
    tag: "todoku", // a newer one takes the place of what nobody has looked at
    renotify: true,
    data: { url: told.url || "/" },
  });
  event.waitUntil(shown);
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data.url));
});

/** An open page of ours that is there already, or a new one; never one of somebody else's. */
async function show(path) {
  const url = new URL(path, self.location.origin);
  if (url.origin !== self.location.origin) return;
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = open.find((page) => new URL(page.url).pathname === url.pathname);
  if (there) await there.focus();
  else await self.clients.openWindow(url.href);
}
