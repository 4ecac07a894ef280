/** The fields of this room's requests and answers. */

import { z } from 'zod';
import { saying } from '../http/faults.ts';
import { isWellFormed, text, uuid } from '../http/fields.ts';
import { longestPassword, shortestPassword } from './passwords.ts';
import { permissions, roles } from './permissions.ts';

/** Read in any case, kept in lower case: nobody remembers how they wrote it. */
export function username() {
  return z
    .string()
    .trim()
    .toLowerCase()
    .max(64)
    .refine(
      (value) => /^[a-z0-9][a-z0-9._@-]{2,63}$/.test(value),
      saying(
        '用户名为 3 至 64 位字母、数字或 . _ @ -，以字母或数字开头。',
        'A username is 3 to 64 letters, digits or . _ @ -, beginning with a letter or digit.',
      ),
    );
}

/** Whatever somebody types as a username, to be looked up and not found. */
export function typedUsername() {
  return text({ max: 64 }).toLowerCase();
}

/** Whatever somebody types as a password; bounded, and never trimmed. */
export function typedPassword() {
  return z
    .string()
    .min(1)
    .max(longestPassword * 2)
    .refine(isWellFormed, saying('含有无法识别的字符。', 'Holds a character that cannot be read.'));
}

/** The rules of a new password are told by what refuses it; this is for the document. */
export function newPassword() {
  return typedPassword().meta({ description: `${shortestPassword} to ${longestPassword} characters` });
}

export const personName = () => text({ max: 100 });
export const staffNumber = () => text({ max: 40 });

const unique = <T>(values: readonly T[]) => new Set(values).size === values.length;
const once = saying('不能重复。', 'Each at most once.');

export const roleList = () => z.array(z.enum(roles)).max(roles.length).refine(unique, once);
export const permissionList = () =>
  z.array(z.enum(permissions)).min(1).max(permissions.length).refine(unique, once);

export const byId = z.strictObject({ id: uuid() });
