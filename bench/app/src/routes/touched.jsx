import { Page } from "../lib/page.jsx";
import { touched } from "../lib/queries.js";

export default function Route() {
  return <Page find={touched} />;
}
