/** What is wrong with an input, where (RFC 6901), and in words a nurse understands, in Chinese and English. */

import type { z } from 'zod';
import type { InputFault } from '../errors.ts';

type Issue = z.core.$ZodIssue;
interface Sentence {
  readonly zh: string;
  readonly en: string;
}

/** Faults told at once; a list of 1,000 bad serials needs no more to be understood. */
const faultLimit = 50;

/**
 * The second argument of `refine` with our words: `z.string().refine(isGtin, saying('…。', '….'))`.
 * @returns parameters that {@link faultsOf} finds again in the issue
 */
export function saying(zh: string, en: string) {
  return { message: en, params: { zh, en } };
}

/** RFC 6901: `~` is `~0`, `/` is `~1`. */
export function pointerOf(prefix: string, path: readonly PropertyKey[]): string {
  return prefix + path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** @returns at most 50 faults, with a sentence each; never the value that was sent. */
export function faultsOf(error: z.core.$ZodError, prefix: string): InputFault[] {
  return error.issues.slice(0, faultLimit).flatMap((issue) => faultsOfIssue(issue, prefix));
}

function faultsOfIssue(issue: Issue, prefix: string): InputFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, faultLimit).map((key) => ({
      pointer: pointerOf(prefix, [...issue.path, key.slice(0, 100)]),
      zh: '没有这个字段。',
      en: 'There is no such field.',
    }));
  }
  return [{ pointer: pointerOf(prefix, issue.path), ...sentenceOf(issue) }];
}

function sentenceOf(issue: Issue): Sentence {
  switch (issue.code) {
    case 'invalid_type':
      return ofType(issue);
    case 'too_small':
      return ofLeast(issue);
    case 'too_big':
      return ofMost(issue);
    case 'invalid_format':
      return ofFormat(issue.format);
    case 'not_multiple_of':
      return { zh: `应为 ${issue.divisor} 的倍数。`, en: `Must be a multiple of ${issue.divisor}.` };
    case 'invalid_value': {
      const values = issue.values.map(String).join(', ');
      return { zh: `只能是：${values}。`, en: `Must be one of: ${values}.` };
    }
    case 'invalid_union':
      return { zh: '不是所允许的任何一种形式。', en: 'None of the forms that are allowed here.' };
    case 'unrecognized_keys':
      return { zh: '没有这个字段。', en: 'There is no such field.' };
    case 'invalid_key':
      return { zh: '字段名不正确。', en: 'The name of a field is wrong.' };
    case 'invalid_element':
      return { zh: '其中一项不正确。', en: 'One of the elements is wrong.' };
    case 'custom':
      return ofOurs(issue);
  }
}

function ofOurs(issue: z.core.$ZodIssueCustom): Sentence {
  const { zh, en } = issue.params ?? {};
  if (typeof zh === 'string' && typeof en === 'string') return { zh, en };
  return { zh: '内容不正确。', en: 'This is wrong.' };
}

const typeNames: Readonly<Record<string, Sentence>> = {
  string: { zh: '文字', en: 'text' },
  number: { zh: '数字', en: 'a number' },
  int: { zh: '整数', en: 'a whole number' },
  boolean: { zh: '是或否（true / false）', en: 'true or false' },
  array: { zh: '列表', en: 'a list' },
  object: { zh: '对象', en: 'an object' },
};

function ofType(issue: z.core.$ZodIssueInvalidType): Sentence {
  if (issue.input === undefined && issue.message.includes('undefined')) {
    return { zh: '必填。', en: 'This is required.' };
  }
  const name = typeNames[issue.expected] ?? { zh: issue.expected, en: issue.expected };
  return { zh: `应为${name.zh}。`, en: `Must be ${name.en}.` };
}

function ofLeast(issue: z.core.$ZodIssueTooSmall): Sentence {
  const least = String(issue.minimum);
  switch (issue.origin) {
    case 'string':
      return least === '1'
        ? { zh: '不能为空。', en: 'Must not be empty.' }
        : { zh: `至少 ${least} 个字符。`, en: `At least ${least} characters.` };
    case 'array':
    case 'set':
      return { zh: `至少 ${least} 项。`, en: `At least ${least} of them.` };
    default:
      return issue.inclusive === false
        ? { zh: `应大于 ${least}。`, en: `Must be more than ${least}.` }
        : { zh: `不小于 ${least}。`, en: `Must be ${least} or more.` };
  }
}

function ofMost(issue: z.core.$ZodIssueTooBig): Sentence {
  const most = String(issue.maximum);
  switch (issue.origin) {
    case 'string':
      return { zh: `最多 ${most} 个字符。`, en: `At most ${most} characters.` };
    case 'array':
    case 'set':
      return { zh: `最多 ${most} 项。`, en: `At most ${most} of them.` };
    default:
      return issue.inclusive === false
        ? { zh: `应小于 ${most}。`, en: `Must be less than ${most}.` }
        : { zh: `不大于 ${most}。`, en: `Must be ${most} or less.` };
  }
}

function ofFormat(format: string): Sentence {
  switch (format) {
    case 'uuid':
      return { zh: '应为 UUID。', en: 'Must be a UUID.' };
    case 'date':
      return {
        zh: '应为日期，如 2026-11-24。',
        en: 'Must be a date such as 2026-11-24.',
      };
    case 'datetime':
      return {
        zh: '应为带时区的时间，如 2026-11-24T08:00:00+08:00。',
        en: 'Must be a time with its offset, such as 2026-11-24T08:00:00+08:00.',
      };
    default:
      return { zh: '格式不正确。', en: 'The format is wrong.' };
  }
}
