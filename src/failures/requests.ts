import type { FailureTable } from './failure-kind.ts';

/** Of any request: its form, its address, who sends it, and the state of the service. */
export const requestFailures = {
  'request/malformed': { status: 400, zh: '请求格式不正确。', en: 'The request could not be read.' },
  'request/invalid': {
    status: 422,
    zh: '请求内容有误，请检查标出的字段。',
    en: 'Something in the request is wrong; see the fields named.',
  },
  'request/too-large': { status: 413, zh: '请求内容过大。', en: 'The request is too large.' },
  'request/unsupported-media-type': { status: 415, zh: '请以 JSON 格式发送。', en: 'Send the body as JSON.' },
  'request/not-acceptable': {
    status: 406,
    zh: '无法以所要求的格式作答。',
    en: 'The answer is not available in the format asked for.',
  },
  'route/not-found': { status: 404, zh: '没有这个地址。', en: 'There is nothing at this address.' },
  'route/method-not-allowed': {
    status: 405,
    zh: '此地址不支持该操作。',
    en: 'This address does not allow that method.',
  },
  'not-found': { status: 404, zh: '未找到，或您无权查看。', en: 'Not found, or not yours to see.' },
  conflict: {
    status: 409,
    zh: '已存在，或与现有记录冲突。',
    en: 'It exists already, or contradicts what is recorded.',
  },
  'service/outcome-unknown': {
    status: 503,
    zh: '结果未知：请用同一编号重新发送，不会重复登记。',
    en: 'The outcome is not known: send it again with the same id; it will not be recorded twice.',
  },
  'document/too-long': {
    status: 422,
    zh: '文件页数超过上限，请缩小范围或改用数据导出。',
    en: 'The document would have too many pages; narrow it down, or export the data.',
  },
  'service/busy': {
    status: 503,
    zh: '系统繁忙，请稍后重试。',
    en: 'The service is busy; try again shortly.',
  },
  'request/timeout': { status: 408, zh: '请求发送超时。', en: 'The request took too long to arrive.' },
  'request/forged': {
    status: 403,
    zh: '该请求来自其他网站，已拒绝。',
    en: 'The request came from another site and was refused.',
  },
  'access/sign-in-required': { status: 401, zh: '请先登录。', en: 'Sign in first.' },
  'access/sign-in-failed': {
    status: 401,
    zh: '用户名或密码不正确。',
    en: 'The username or the password is wrong.',
  },
  'access/forbidden': { status: 403, zh: '您没有此项权限。', en: 'You may not do this.' },
  'access/too-many-attempts': {
    status: 429,
    zh: '登录失败次数过多，请稍后再试。',
    en: 'Too many failed sign-ins; try again later.',
  },
  'access/rate-limited': {
    status: 429,
    zh: '请求过于频繁，请稍后再试。',
    en: 'Too many requests; try again shortly.',
  },
  'access/password-must-change': {
    status: 403,
    zh: '请先修改一次性密码。',
    en: 'Change the one-time password first.',
  },
  'access/password-refused': {
    status: 422,
    zh: '密码不符合要求。',
    en: 'The password does not meet the rules.',
  },
  'access/password-wrong': { status: 403, zh: '当前密码不正确。', en: 'The current password is wrong.' },
  'access/session-required': {
    status: 403,
    zh: '此操作须由本人登录后进行，不能使用令牌。',
    en: 'A person has to sign in to do this; a token may not.',
  },
  'access/role-unfit': {
    status: 422,
    zh: '该角色不适用于此类机构。',
    en: 'The role does not exist in this kind of organisation.',
  },
  'access/own-roles': {
    status: 403,
    zh: '不能修改本人的角色、停用本人或重置本人密码，请由另一位管理员操作。',
    en: 'Your own roles, access and one-time password are for another administrator to change.',
  },
  'access/last-administrator': {
    status: 409,
    zh: '机构须保留至少一位管理员。',
    en: 'An organisation keeps at least one administrator.',
  },
  'access/username-taken': { status: 409, zh: '用户名已被使用。', en: 'The username is taken.' },
  'access/scope-exceeded': {
    status: 403,
    zh: '令牌的权限或有效期不能超过签发者。',
    en: 'A token cannot do more, or live longer, than what made it.',
  },
  'access/too-many-tokens': {
    status: 409,
    zh: '令牌数量已达上限，请先撤销不用的令牌。',
    en: 'No more tokens: revoke those that are not used.',
  },
} as const satisfies FailureTable;
