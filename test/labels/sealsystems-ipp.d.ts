/** An encoder and decoder of IPP that was written by others; the package brings no types. */
declare module '@sealsystems/ipp' {
  const ipp: {
    parse(bytes: Buffer): unknown;
    serialize(message: object): Buffer;
  };
  export default ipp;
}
