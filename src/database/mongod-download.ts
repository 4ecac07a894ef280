/**
 * A process of its own that lets mongodb-memory-server download a mongod into the directory named by its
 * argument, and prints the path. See mongod-sources.ts.
 */

// mongodb-memory-server checks the server's certificate only when npm was told to be strict; the checksum that
// it compares comes from the same server. Without this line whoever sits on the network could send a program.
process.env.npm_config_strict_ssl = 'true';

const { MongoBinary } = await import('mongodb-memory-server');
const [downloadDir] = process.argv.slice(2);
if (downloadDir === undefined) throw new Error('the directory to download to is missing');

try {
  // preferGlobalPath is off: HOME may hold a download of somebody else's version.
  process.env.MONGOMS_PREFER_GLOBAL_PATH = 'false';
  process.stdout.write(await MongoBinary.getPath({ downloadDir }));
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
