// Sends one request over and over from 32 connections, with autocannon.
import autocannon from 'autocannon';

const { url, method = 'GET', headers = {}, body, seconds } = JSON.parse(process.argv[2]);
const { requests, latency, non2xx, errors } = await autocannon({
  ...{ url, method, headers, connections: 32, duration: seconds },
  ...(body && { body: JSON.stringify(body) }),
});
console.log(
  JSON.stringify({
    perSecond: Math.round(requests.average),
    p50Ms: latency.p50,
    p99Ms: latency.p99,
    failed: non2xx + errors,
  }),
);
