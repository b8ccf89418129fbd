import {
  A,
  action,
  createAsync,
  type RouteDefinition,
  useSearchParams,
  useSubmissions,
} from "@solidjs/router";
import { For, Show } from "solid-js";
import { DeviceCard } from "~/components/device-card";
import { PageTitle } from "~/components/page-title";
import { type DeviceNotice, deviceNotices } from "~/lib/device-notices";
import { endAll, endDevice, endOthers } from "~/lib/devices";
import { getDevices } from "~/lib/queries";

export const route = {
  preload: () => void getDevices(),
} satisfies RouteDefinition;

const endDeviceAction = action(endDevice, "end-device");
const endOthersAction = action(endOthers, "end-others");
const endAllAction = action(endAll, "end-all");

export default function Devices() {
  const devices = createAsync(() => getDevices(), { deferStream: true });
  const [search] = useSearchParams<{ done?: string }>();
  const submissions = [endDeviceAction, endOthersAction, endAllAction].map((each) => useSubmissions(each));
  const hasFailed = () => submissions.some((list) => list.some((each) => each.error !== undefined));
  const notice = () =>
    hasFailed()
      ? "That did not work, and nobody was logged out. Please try again in a moment."
      : Object.hasOwn(deviceNotices, search.done ?? "")
        ? deviceNotices[search.done as DeviceNotice]
        : "";

  return (
    <Show when={devices() !== undefined}>
      <article>
        <PageTitle text="Your devices" />
        <header class="page-head">
          <div>
            <p class="eyebrow">
              <A href="/account">Your account</A>
            </p>
            <h1>Your devices</h1>
            <p class="lede">Wherever you are logged in. What you do not know, log out.</p>
          </div>
        </header>
        <p class="status" role="status">
          {notice()}
        </p>
        <Show when={devices()} fallback={<NotListed />}>
          {(list) => (
            <>
              <ul class="devices">
                <For each={list()}>
                  {(device) => <DeviceCard device={device} endAction={endDeviceAction} />}
                </For>
              </ul>
              <div class="device-actions">
                <Show when={list().length > 1}>
                  <form method="post" action={endOthersAction}>
                    <button type="submit">Log out all other devices</button>
                  </form>
                </Show>
                <form method="post" action={endAllAction}>
                  <button type="submit">Log out everywhere</button>
                </form>
              </div>
            </>
          )}
        </Show>
      </article>
    </Show>
  );
}

/** For sessions that no store knows. */
function NotListed() {
  return (
    <p class="notice-box">
      This server seals sessions into its visitors' cookies and keeps no list of them. It can neither show
      your devices nor log them out; each one stays logged in until you log out there, or until its time is
      over.
    </p>
  );
}
