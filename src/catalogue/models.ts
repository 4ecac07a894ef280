/**
 * Mongoose models of the catalogue's ordinary documents, made on the connection that is passed. They are strict:
 * a field that the schema does not name throws, so what is stored is what these lines say. Indexes are migrations.
 */
import { type Connection, type Model, Schema } from 'mongoose';
import type { Organisation } from './organisation.ts';
import type { Place } from './place.ts';
import type { Programme } from './programme.ts';

type Stored<T extends { readonly id: string }> = { readonly _id: string } & Omit<T, 'id'>;
export type StoredOrganisation = Stored<Organisation> & {
  /** Counts writes to its tree of places and its chain of products: what two writers of those contend for. */
  readonly structureVersion: number;
};
export type StoredPlace = Stored<Place>;
export type StoredProgramme = Stored<Programme>;

/** What all of them have in common. */
export const schemaOptions = {
  strict: 'throw',
  strictQuery: 'throw',
  versionKey: false,
  id: false,
  minimize: false,
  autoIndex: false,
  autoCreate: false,
} as const;

export const text = { type: String, required: true } as const;
export const bilingual = { type: { _id: false, zh: text, en: text }, required: true } as const;

const organisationSchema = new Schema(
  {
    _id: text,
    kind: text,
    name: bilingual,
    creditCode: String,
    country: text,
    area: String,
    address: String,
    contact: { type: { _id: false, person: text, telephone: text, email: String } },
    licences: [{ _id: false, kind: text, number: text, validFrom: text, validTo: String }],
    authority: { type: { _id: false, kind: text, level: text } },
    gln: String,
    gs1Prefix: String,
    active: { type: Boolean, required: true },
    createdAt: text,
    structureVersion: { type: Number, required: true },
  },
  { ...schemaOptions, collection: 'organisations' },
);

const placeSchema = new Schema(
  {
    _id: text,
    organisation: text,
    parent: String,
    name: bilingual,
    kind: text,
    gln: String,
    active: { type: Boolean, required: true },
  },
  { ...schemaOptions, collection: 'places' },
);

const programmeSchema = new Schema(
  {
    _id: text,
    foundation: text,
    name: bilingual,
    from: text,
    to: String,
    donors: [{ _id: false, name: bilingual, organisation: String }],
    createdAt: text,
  },
  { ...schemaOptions, collection: 'programmes' },
);

/** @returns the model of organisations on this connection. */
export function organisationModel(connection: Connection): Model<StoredOrganisation> {
  return modelOf(connection, 'Organisation', organisationSchema);
}

/** @returns the model of places on this connection. */
export function placeModel(connection: Connection): Model<StoredPlace> {
  return modelOf(connection, 'Place', placeSchema);
}

/** @returns the model of welfare programmes on this connection. */
export function programmeModel(connection: Connection): Model<StoredProgramme> {
  return modelOf(connection, 'Programme', programmeSchema);
}

/** A connection keeps each model once. The schema's own inference is not used: its fields are the stored type's. */
export function modelOf<T>(connection: Connection, name: string, schema: Schema): Model<T> {
  const known = connection.models[name] as Model<T> | undefined;
  return known ?? connection.model<T>(name, schema as unknown as Schema<T>);
}
