/** What pdfkit 0.20 takes and its type package (0.17) does not know yet. */
import type { Font } from 'fontkit';

declare global {
  namespace PDFKit.Mixins {
    interface PDFFont {
      /** A parsed fontkit font; given under a family name it is opened once a document. */
      registerFont(name: string, src: Font): this;
    }
    interface StructureElementOptions {
      /** Of a table header: which cells it heads (ISO 32000-1 table 349). */
      scope?: 'Row' | 'Column' | 'Both';
    }
  }
}
