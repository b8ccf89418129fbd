/** Asks no guard: the middleware stands before it. */
export default function Private() {
  return <p id="answer">a secret</p>;
}
