/** What the reader is told when the story is over. */
import { relative } from 'node:path';
import { placeOf } from './company.ts';
import type { Figures } from './figures.ts';
import type { Papers } from './papers.ts';
import { badLot, lotNamed } from './plan.ts';
import { gtinOf } from './products.ts';
import type { RecallDay } from './recall-day.ts';
import type { World } from './world.ts';

export interface Told {
  readonly world: World;
  readonly day: RecallDay;
  readonly figures: Figures;
  readonly papers: Papers;
  readonly dataDirectory: string;
  readonly accountsFile: string;
  /** Where the service will answer, without a slash at the end. */
  readonly url: string;
}

/** Accounts of the ledger in the words of hospital and law. */
const accountWords: Readonly<Record<string, string>> = {
  production: '生产 made',
  'place awaiting-acceptance': '待验 awaiting acceptance',
  'place available': '合格 available',
  'place rejected': '不合格 rejected',
  'place quarantined': '隔离 quarantined',
  transit: '在途 in transit',
  consumed: '已使用 used',
  destroyed: '已销毁 destroyed',
  missing: '丢失 missing',
  unexplained: '来源不明 unexplained',
};

/** @returns lines to be printed. */
export function summaryOf(told: Told): string[] {
  return [
    '',
    'What happened 经过',
    ...happened(told),
    '',
    ...recalled(told),
    '',
    ...whereItLies(told),
    '',
    ...whereToLook(told),
    '',
  ];
}

/** @returns who is who: what usernames begin with, the name, and the id by which requests name them. */
export function organisationLines({ company }: World): string[] {
  const { manufacturer, distributors, hospitals, drugAuthority, healthAuthority, foundation } = company;
  const all = [manufacturer, ...distributors, ...hospitals, drugAuthority, healthAuthority, foundation];
  return [
    'Organisations 机构: what usernames begin with, id, name',
    ...table(all.map(({ facts, id }) => [facts.key, `${id}  ${facts.name.zh}  ${facts.name.en}`])),
  ];
}

function happened({ world, figures }: Told): string[] {
  const { calendar, counts, company } = world;
  const { operations, uses, patients, programmePatients } = counts;
  return table([
    [
      '时间 From … to',
      `${calendar.day(268)} … ${calendar.day(0)}, on a clock that was set; from here on the real one`,
    ],
    [
      '机构 Organisations',
      `${figures.organisations}: 1 manufacturer 生产企业, 2 distributors 经营企业, ${company.hospitals.length} hospitals 使用单位, 1 drug and 1 health authority 药监 卫健, 1 foundation 基金会`,
    ],
    [
      '产品 Products',
      `${figures.products}: dilator 扩肛器, stapler 吻合器 and kit 组套 of PPS, PPS 2.0, PPS 3.0`,
    ],
    [
      '批号 Lots',
      `${figures.lots} of ${figures.units} units; ${figures.lotsReleased} released 放行, one was on hold 暂停使用 for some days`,
    ],
    [
      '流通 Supply',
      `${counts.shipments} shipments 发货, ${counts.receipts} receipts 收货 (two short, one with damage), ${counts.acceptances} acceptances 验收, ${counts.rejections} rejections 不合格, ${counts.moves} issues 发放, 2 returns 退货`,
    ],
    [
      '使用 Uses',
      `${uses} devices in ${operations} operations on ${patients} patients, ${programmePatients} of them in the welfare programme 公益项目; ${counts.checks} checks 使用前核对`,
    ],
    [
      '异常 Deviations',
      [...counts.deviations]
        .sort()
        .map(([deviation, count]) => `${deviation} ${count}`)
        .join(', '),
    ],
    ['账本 Ledger', `${figures.events} events from ${figures.requests} requests; 1 correction 更正`],
  ]);
}

function recalled({ world, day, figures }: Told): string[] {
  const { uses, balance, total } = figures.recall;
  const stapler = lotNamed(badLot);
  const fetched = day.notices.filter((notice) => notice.fetched).length;
  return [
    `The recall 召回 ${day.number}, class I 一级: lot 批号 ${badLot} of ${gtinOf(stapler.generation, stapler.device)}`,
    ...table([
      [
        '核对 Check before',
        `${day.before.verdict} (${world.calendar.day(0)} 08:05, an hour and a half before the decision)`,
      ],
      ...day.blocked.map(({ where, result }): [string, string] => [
        '核对 Check after',
        `${result.verdict} at ${where.facts.name.en}: ${result.reasons.map(({ zh, en }) => `${zh} ${en}`).join(' ')}`,
      ]),
      ['发货 Dispatch after', `refused: ${day.dispatchRefused}`],
      [
        '收货 Receipt after',
        `${day.receivedIntoQuarantine} units that were on their way went into quarantine 隔离`,
      ],
      [
        '迟报 Late use',
        `${figures.recall.lateIsListed ? 'is in the list' : 'IS NOT IN THE LIST'}, deviations: ${day.late.use.uses.flatMap((use) => use.deviations).join(', ')} (${day.late.where.facts.name.en})`,
      ],
      ['使用 Uses in the list', `${uses.uses}, of which late ${uses.late}`],
      ['通知 Notices', `${day.notices.length}, of which ${fetched} fetched; ${day.answers} answers 回执`],
      ...balance.map(({ account, quantity }, nth): [string, string] => [
        nth === 0 ? '平衡 Mass balance' : '',
        `${String(quantity).padStart(6)}  ${accountWords[account] ?? account}`,
      ]),
      ['', `${String(total).padStart(6)}  合计 sum`],
    ]),
  ];
}

function whereItLies({ papers, accountsFile, dataDirectory }: Told): string[] {
  const short = (file: string) => relative(dataDirectory, file);
  return [
    `Files in 文件目录 ${dataDirectory}`,
    ...table([
      ['标签 Labels', papers.labels.map(short).join(', ')],
      ['召回通知 Notices', `${short(papers.notices[0] ?? '')} and ${papers.notices.length - 1} more`],
      ['批次报告 Lot report', short(papers.report)],
      ['账号 Sign-ins', `${short(accountsFile)} (of this start alone, for you alone)`],
      ['经过 This text', 'demo/story.txt, with who is who 机构名录'],
    ]),
  ];
}

function whereToLook({ world, day, dataDirectory, accountsFile, url }: Told): string[] {
  const [blocked] = day.blocked;
  const { generation, device } = lotNamed(badLot);
  const lot = `${gtinOf(generation, device)}/${badLot}`;
  const { operator } = world.company;
  const check = {
    place: blocked === undefined ? '' : placeOf(blocked.where, 'theatre'),
    devices: [{ gtin: gtinOf(generation, device), lot: badLot, serials: [blocked?.item.serial] }],
  };
  return [
    'Where to look next 接下来',
    `  ${url}/api/v1/openapi.json describes every route.`,
    `  ./scripts/check-ledger --data-dir ${dataDirectory} derives everything again.`,
    `  The operator's administrator (not in the file): ${operator.username} ${operator.password}`,
    '  In a shell:',
    `    token() { node -p "JSON.parse(fs.readFileSync('${accountsFile}', 'utf8')).find((a) => a.username === '$1').token"; }`,
    `    curl -H "Authorization: Bearer $(token manufacturer.quality)" ${url}/api/v1/recalls/${day.recall}/balance`,
    `    curl -H "Authorization: Bearer $(token hospital01.theatre)" ${url}/api/v1/lots/${lot}/patients`,
    `    curl -H "Authorization: Bearer $(token hospital01.theatre)" -H 'Content-Type: application/json' \\`,
    `      -d '${JSON.stringify(check)}' ${url}/api/v1/checks`,
  ];
}

/** Lines of a name and what is to be said of it; Chinese characters are two columns wide. */
function table(rows: readonly (readonly [name: string, text: string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => columns(name)));
  return rows.map(([name, text]) => `  ${name}${' '.repeat(width - columns(name))}  ${text}`);
}

function columns(text: string): number {
  return [...text].reduce((sum, character) => sum + (/\p{Script=Han}/u.test(character) ? 2 : 1), 0);
}
