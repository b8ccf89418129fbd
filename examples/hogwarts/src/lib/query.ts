import { query as routerQuery } from "@solidjs/router";
import { isServer } from "solid-js/web";

/**
 * The router's `query`, minus a leak: while a page is rendered, whatever a query throws is written into that page, with
 * its message and stack. Here the log gets the error and the page a blank one. Redirects pass.
 */
export function query<Args extends unknown[], Result>(
  fetcher: (...args: Args) => Promise<Result>,
  name: string,
) {
  return routerQuery(isServer ? blankErrors(fetcher) : fetcher, name);
}

function blankErrors<Args extends unknown[], Result>(fetcher: (...args: Args) => Promise<Result>) {
  return async (...args: Args): Promise<Result> => {
    try {
      return await fetcher(...args);
    } catch (thrown) {
      if (thrown instanceof Response) throw thrown;
      console.error(thrown);
      const blank = new Error("Something went wrong");
      delete blank.stack;
      throw blank;
    }
  };
}
