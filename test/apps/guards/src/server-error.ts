import { hideServerErrors } from "coatcheck/solid-start";
import { isBare } from "./lib/choice.ts";

export default isBare ? undefined : hideServerErrors;
