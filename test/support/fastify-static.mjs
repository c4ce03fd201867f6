// What tests get for `@fastify/static`: see node-environment.mjs.
export default globalThis.fastifyStatic;
