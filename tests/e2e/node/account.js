// The Node client plivo 4.79 against a server: the Account resource, as a customer's program would use it.
"use strict";
const axios = require("axios");
const plivo = require("plivo");

const { BASE, AUTH_ID, AUTH_TOKEN } = process.env;
const viaHttp = axios.getAdapter("http");
const asked = [];
axios.defaults.adapter = (config) => {
  config.url = config.url.replace("https://api.plivo.com", BASE);
  asked.push(config.url);
  return viaHttp(config);
};

let failed = 0;
function equal(name, found, expected) {
  const same = JSON.stringify(found) === JSON.stringify(expected);
  if (!same) failed += 1;
  console.log(same ? `ok   ${name}` : `FAIL ${name}: found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
}

// The status of a refusal; the client's error objects are no instances of Error.
async function status(promise) {
  try {
    await promise;
    return 200;
  } catch (error) {
    return error.status;
  }
}

async function main() {
  const client = new plivo.Client(AUTH_ID, AUTH_TOKEN);
  const account = await client.accounts.get();
  equal("D18 cashCredits", account.cashCredits, "25.00000");
  equal("the client asks with two slashes", asked[0].endsWith(`/v1/Account/${AUTH_ID}//`), true);
  equal("name, type and mode", [account.name, account.accountType, account.billingMode], ["Acme", "standard", "prepaid"]);
  equal("autoRecharge is a boolean", account.autoRecharge, false);
  equal("resourceUri", account.resourceUri, `/v1/Account/${AUTH_ID}/`);

  for (const [field, value] of Object.entries({
    name: "వేణు & Söhne", address: "12 Main St", city: "Hyderabad", state: "Telangana", timezone: "Asia/Kolkata",
  })) {
    const changed = await client.accounts.update({ [field]: value });
    equal(`update of ${field}`, changed.message, "changed");
    equal(`${field} is changed`, (await client.accounts.get())[field], value);
  }
  equal("an unknown time zone is 400", await status(client.accounts.update({ timezone: "Nowhere/City" })), 400);
  equal("a read-only field with another value is 400", await status(client.accounts.update({ cash_credits: "1000.00000" })), 400);
  equal("the balance is as before", (await client.accounts.get()).cashCredits, "25.00000");

  const prices = await client.pricings.get("US");
  equal("D22 countryIso", prices.countryIso, "US");
  equal("D22 rates", [prices.voice.outbound.local.rate, prices.message.outbound.rate], ["0.00850", "0.00555"]);
  equal("a country without prices is 404", await status(client.pricings.get("ZZ")), 404);

  const offers = await client.numbers.search("US", { type: "local" });
  equal("D20 number", offers[0].number, "12125550102");
  equal("D21 status", (await client.numbers.buy("14155550100")).status, "fulfilled");
  const rented = await client.numbers.list();
  equal("the number is listed", [rented.length, rented[0].number, rented[0].numberType], [1, "14155550100", "local"]);
  equal("a number that is rented is 404", await status(client.numbers.buy("14155550100")), 404);
  await client.numbers.update("14155550100", { alias: "desk" });
  equal("its alias is changed", (await client.numbers.get("14155550100")).alias, "desk");
  await client.numbers.unrent("14155550100");
  equal("a released number is 404", await status(client.numbers.get("14155550100")), 404);

  const wrong = new plivo.Client(AUTH_ID, "0".repeat(40));
  equal("a wrong token is 401", await status(wrong.accounts.get()), 401);
  equal("a wrong token cannot change", await status(wrong.accounts.update({ name: "x" })), 401);
}

main().then(
  () => process.exit(failed === 0 ? 0 : 1),
  (error) => {
    console.log("FAIL", error);
    process.exit(1);
  },
);
