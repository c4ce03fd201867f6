/** Words that texts hold without any secret, so that one in a secret says nothing. */
const WORDS = new Set(
  [
    'http https www com net org example localhost internal local domain host hostname port server client site',
    'api apis rest rpc graphql graph json xml html text form data body content type application charset utf',
    'true false null none undefined empty default index main home root path file files page pages list items',
    'get put post patch delete head options send push pull call calls request requests response responses query',
    'user users username account accounts customer customers member members admin team teams group groups',
    'service services webhook webhooks hook hooks callback callbacks event events message messages notify',
    'notification notifications channel channels trigger triggers run runs job jobs task tasks cron schedule',
    'schedules workflow workflows report reports status health ping test tests prod production staging dev',
    'development master public private project projects repos repository actions action version latest beta',
    'key keys apikey token tokens secret secrets password pass auth oauth oauth2 login session sessions access',
    'bearer basic digest authorization signature sig hmac sha256 begin end certificate rsa openssh',
    'name value error errors code message id ids uuid date time start started stop failed success ok',
  ].flatMap((line) => line.split(' ')),
);

export const isCommonWord = (word: string): boolean => {
  const lower = word.toLowerCase();
  return WORDS.has(lower) || /^v\d{1,2}$/.test(lower);
};
