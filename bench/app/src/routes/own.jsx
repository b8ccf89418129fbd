import { Page } from "../lib/page.jsx";
import { own } from "../lib/queries.js";

export default function Route() {
  return <Page find={own} />;
}
