import { Page } from "../lib/page.jsx";
import { untouched } from "../lib/queries.js";

export default function Route() {
  return <Page find={untouched} />;
}
