import { Page } from "../lib/page.jsx";
import { looked } from "../lib/queries.js";

export default function Route() {
  return <Page find={looked} />;
}
