// What `cargo xtask test e2e` tells the tests.

export function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests with 'cargo xtask test e2e'`);
  return value;
}
