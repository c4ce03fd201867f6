// The limit of an API on this stack: a Fastify route that reads one row with better-sqlite3, and nothing else.
import Database from 'better-sqlite3';
import Fastify from 'fastify';

const { file } = JSON.parse(process.argv[2]);
const schedule = new Database(file, { readonly: true }).prepare('SELECT * FROM schedules WHERE id = ?');
const app = Fastify();
app.get('/schedules/:id', ({ params: { id } }) => schedule.get(Number(id)));
const url = await app.listen({ host: '127.0.0.1', port: 0 });
console.log(JSON.stringify({ url }));
