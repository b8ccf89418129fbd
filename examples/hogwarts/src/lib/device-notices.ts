/** What the page of the devices says after one of its forms: for the page and the server alike. */
export const deviceNotices = {
  one: "That device is logged out.",
  others: "All other devices are logged out.",
  none: "That device was logged out already.",
};

export type DeviceNotice = keyof typeof deviceNotices;
