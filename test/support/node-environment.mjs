// The environment of the tests: Jest's for Node, and what Jest's own loader cannot load before Node 24.9, because it
// requires a module that is ESM only.
import fastifyStatic from '@fastify/static';
import { TestEnvironment } from 'jest-environment-node';

export default class NodeEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.fastifyStatic = fastifyStatic;
  }
}
