import {
  action,
  createAsync,
  createAsyncStore,
  type RouteDefinition,
  useSearchParams,
  useSubmissions,
} from "@solidjs/router";
import { For, Match, Show, Switch } from "solid-js";
import { EventList } from "~/components/event-list";
import { Forbidden } from "~/components/forbidden";
import { PageTitle } from "~/components/page-title";
import { nextStateOf, StaffAccountCard } from "~/components/staff-account";
import { StaffSessionCard } from "~/components/staff-session";
import { getStaffRoom } from "~/lib/queries";
import { changeAccess, endSession, type StaffAccount, type StaffRoom, takeStaffForm } from "~/lib/staff";
import { type StaffNotice, staffNotices } from "~/lib/staff-form";

export const route = {
  preload: () => void getStaffRoom(),
} satisfies RouteDefinition;

const endSessionAction = action(endSession, "end-session");
const changeAccessAction = action(changeAccess, "change-access");

export default function Staff() {
  // Of a list that is asked for again the rows stay, and with them what is typed into them.
  const answer = createAsyncStore(() => getStaffRoom(), { deferStream: true });
  const room = () => {
    const found = answer();
    return found === "forbidden" ? undefined : found;
  };

  return (
    <Switch>
      <Match when={answer() === "forbidden"}>
        <Forbidden>The staff room is the headmaster's.</Forbidden>
      </Match>
      <Match when={room()}>{(found) => <StaffPage room={found()} />}</Match>
    </Switch>
  );
}

function StaffPage(props: { room: StaffRoom }) {
  // No query: it is answered once, and no asking again may take away what is typed meanwhile.
  const typed = createAsync(() => takeStaffForm(), { deferStream: true });
  const reasonFor = (account: StaffAccount) => {
    const { user, to, reason = "" } = typed() ?? {};
    return user === String(account.id) && to === nextStateOf(account) ? reason : "";
  };
  const [search] = useSearchParams<{ done?: string }>();
  const submissions = [endSessionAction, changeAccessAction].map((each) => useSubmissions(each));
  const hasFailed = () => submissions.some((list) => list.some((each) => each.error !== undefined));
  const notice = () =>
    hasFailed()
      ? "That did not work. Please try again in a moment."
      : Object.hasOwn(staffNotices, search.done ?? "")
        ? staffNotices[search.done as StaffNotice]
        : "";

  return (
    <article>
      <PageTitle text="Staff room" />
      <header class="page-head">
        <div>
          <p class="eyebrow">For the headmaster's eyes</p>
          <h1>Staff room</h1>
          <p class="lede">Who is logged in, who may log in, and what happened.</p>
        </div>
      </header>
      <p class="status" role="status">
        {notice()}
      </p>
      <section class="part" aria-labelledby="sessions">
        <h2 id="sessions">Logged in</h2>
        <Show when={props.room.sessions} fallback={<NotListed />}>
          {(list) => (
            <ul class="devices">
              <For each={list()}>
                {(session) => <StaffSessionCard session={session} endAction={endSessionAction} />}
              </For>
            </ul>
          )}
        </Show>
      </section>
      <section class="part" aria-labelledby="accounts">
        <h2 id="accounts">Accounts</h2>
        <ul class="devices">
          <For each={props.room.accounts}>
            {(account) => (
              <StaffAccountCard
                account={account}
                changeAction={changeAccessAction}
                reason={reasonFor(account)}
              />
            )}
          </For>
        </ul>
      </section>
      <section class="part" aria-labelledby="events">
        <h2 id="events">What happened</h2>
        <p class="hint">The latest first, in Coordinated Universal Time.</p>
        <EventList events={props.room.events} />
      </section>
    </article>
  );
}

/** For sessions that no store knows. */
function NotListed() {
  return (
    <p class="notice-box">
      This server seals sessions into its visitors' cookies and keeps no list of them: nobody can see who is
      logged in, or end a session. A disabled account is refused at its next request all the same.
    </p>
  );
}
