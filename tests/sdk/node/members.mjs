// What Plivo's Node client does with a room of our service, one JSON line for each step.
//
//   node members.mjs SERVICE AUTH_ID AUTH_TOKEN ROOM
//
// The client knows one address for voice, Plivo's own; its requests are taken to SERVICE on the way out.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const axios = require('axios'); // the client's own copy
const plivo = require('plivo');

const [service, id, token, room] = process.argv.slice(2);
const sound = 'https://media.example/long.mp3';

const wire = axios.getAdapter('http');
axios.defaults.adapter = (config) =>
  wire({ ...config, url: config.url.replace('https://api.plivo.com', service), proxy: false });

const client = new plivo.Client(id, token);
const stranger = new plivo.Client(id, 'wrong');

const members = async () => {
  const found = await client.conferences.get(room);
  return found.members.map((one) => [one.memberId, one.muted, one.deaf]);
};

const told = ({ message, memberId }) => ({ message, memberId });

const refused = async (asked) => {
  try {
    await asked();
    return 'nothing was thrown';
  } catch (error) {
    return { status: error.status, message: error.message, named: Boolean(error.apiID) };
  }
};

const of = (name) => (...more) => client.conferences[name](room, ...more);

const steps = [
  ['list', async () => (await client.conferences.list()).conferences],
  ['get', async () => (await client.conferences.get(room)).conferenceName],
  ['members', members],
  ['mute', async () => told(await of('muteMember')('1'))],
  ['muted', members],
  ['unmute', async () => void (await of('unmuteMember')('1'))],
  ['deaf', async () => told(await of('deafMember')('all'))],
  ['deafened', members],
  ['undeaf', async () => void (await of('undeafMember')('1,2'))],
  ['speak', async () => told(await of('speakTextToMember')('3', 'Good morning', { voice: 'MAN' }))],
  ['stop speak', async () => void (await of('stopSpeakingTextToMember')('3'))],
  ['play', async () => told(await of('playAudioToMember')('3', sound))],
  ['stop play', async () => void (await of('stopPlayingAudioToMember')('3'))],
  ['record', async () => (await of('record')({ fileFormat: 'wav' })).message],
  ['stop record', async () => void (await of('stopRecording')())],
  ['kick', async () => told(await of('kickMember')('1'))],
  ['hangup', async () => void (await of('hangupMember')('2'))],
  ['no such room', () => refused(() => client.conferences.get('nowhere'))],
  ['no such member', () => refused(() => of('kickMember')('99'))],
  ['not a sound', () => refused(() => of('playAudioToMember')('3', 'nonsense'))],
  ['wrong token', () => refused(() => stranger.conferences.list())],
];

for (const [step, take] of steps) {
  console.log(JSON.stringify({ step, result: (await take()) ?? null }));
}
