/**
 * GS1 allows a lot or serial number of one dot or two (character set 82), but no address can hold it as a part of its
 * path: whoever reads the link takes `/10/..` for "one level up" and asks for another device (RFC 3986, 5.2.4), also
 * where the dots are escaped (WHATWG URL, "double-dot path segment"). Nobody can escape it, so none is made here; one
 * that a maker elsewhere made is still read from its Data Matrix.
 */
export function isDotSegment(value: string): boolean {
  return value === '.' || value === '..';
}
