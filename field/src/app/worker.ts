/** Keeps the app's own files on the phone, so that it opens without the network from the first load on. Never any data. */

import { clientsClaim, copyResponse } from "workbox-core";
import { addPlugins, cleanupOutdatedCaches, precacheAndRoute } from "workbox-precaching";

declare const self: { __GRIDWARD_FILES: { url: string; revision: string | null }[]; skipWaiting(): Promise<void> };

void self.skipWaiting();
clientsClaim();
cleanupOutdatedCaches();
// The files are the same for everybody, whatever the house says of its pages: else a reader with a cookie finds nothing.
addPlugins([{
  cacheWillUpdate: async ({ response }) =>
    response.status === 200 ? copyResponse(response, (init) => { (init.headers as Headers).delete("Vary"); return init; }) : null,
}]);
precacheAndRoute(self.__GRIDWARD_FILES);
