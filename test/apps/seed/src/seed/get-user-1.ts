export async function getUser() {
  // return user
}
