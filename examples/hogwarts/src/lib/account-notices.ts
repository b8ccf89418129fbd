/** What the page of the account says after one of its forms: for the page and the server alike. */
export const accountNotices = {
  password: "Your password is changed, and all your other devices are logged out.",
};

export type AccountNotice = keyof typeof accountNotices;
