/** Reads Code 128 back from its bars: which codes a symbol consists of (ISO/IEC 15417, table 1). */

/** Widths of bars and spaces of the codes 0 to 105, and of the stop with its closing bar. */
const patterns = `
  212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222
  123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321
  232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121
  313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224
  111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111
  111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113
  114311 411113 411311 113141 114131 311141 411131 211412 211214 211232`
  .trim()
  .split(/\s+/);
const stop = '2331112';
const codeOfPattern = new Map(patterns.map((pattern, code) => [pattern, code]));

/**
 * @param widths in modules: bar, space, … bar.
 * @returns the codes from the start to the last one of the data; undefined for what is no Code 128, or whose check
 *   character is wrong.
 */
export function codeOf(widths: readonly number[]): number[] | undefined {
  const all = widths.join('');
  if (!all.endsWith(stop)) return undefined;
  const codes = (all.slice(0, -stop.length).match(/.{1,6}/g) ?? []).map((part) => codeOfPattern.get(part));
  const known = codes.filter((code) => code !== undefined);
  const check = known.pop();
  const sum = known.reduce((total, code, index) => total + code * Math.max(1, index), 0);
  return known.length + 1 === codes.length && check === sum % 103 ? known : undefined;
}
