/** Keeps the app's own files on the phone, so that it opens without the network from the first load on. Never any data. */

import { clientsClaim } from "workbox-core";
import { cleanupOutdatedCaches, precacheAndRoute } from "workbox-precaching";

declare const self: { __GRIDWARD_FILES: { url: string; revision: string | null }[]; skipWaiting(): Promise<void> };

void self.skipWaiting();
clientsClaim();
cleanupOutdatedCaches();
precacheAndRoute(self.__GRIDWARD_FILES);
