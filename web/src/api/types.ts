/**
 * The server's answers, by the names the client uses. They come from its OpenAPI
 * document (openapi.json -> schema.d.ts by `npm run types`).
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Role = "client" | "therapist" | "staff" | "employer_admin";
export type Me = Schemas["Me"];
export type LinkExchange = Schemas["Exchange"];

export type Therapist = Schemas["TherapistReply"];
export type Therapists = Schemas["TherapistsReply"];
export type Kind = Schemas["KindReply"];
export type FreeTimes = Schemas["FreeTimesReply"];
export type Slot = Schemas["SlotReply"];
export type Slots = Schemas["SlotsReply"];
export type Hold = Schemas["HoldReply"];
export type Booking = Schemas["BookingReply"];
/** A free time offered in place of one that is gone; comes in a problem's `alternatives`. */
export type Alternative = Slot & { therapist_id: string };

/** A session as its client sees it. */
export type OwnSession = Schemas["OwnSessionReply"];
export type OwnSessions = Schemas["OwnSessionsReply"];
export type TherapistSession = Schemas["SessionReply"];
export type TherapistSessions = Schemas["SessionsReply"];

export type ClientCare = Schemas["ClientCareReply"];
export type CareChoice = Schemas["ChoiceReply"];
export type CareHandover = Schemas["HandoverReply"];

export type Practice = Schemas["PracticeReply"];

export type RoomEntry = Schemas["EnterReply"];
export type RoomDoor = Schemas["DoorReply"];
export type RoomSummary = Schemas["SummaryReply"];

export type DeviceGrant = Schemas["LetInReply"];
export type RoomDevice = Schemas["DeviceThere"];
export type RoomDevices = Schemas["DevicesReply"];

export type OpsDevice = Schemas["DeviceReply"];
export type OpsParticipant = Schemas["ParticipantReply"];
export type OpsRoom = Schemas["RoomReply"];
export type OpsRooms = Schemas["RoomsReply"];

export type ChatChange = Schemas["ChangeReply"];
export type ChatChanges = Schemas["ChangesReply"];
export type Conversation = Schemas["ConversationReply"];
export type ChatReceipt = Schemas["PostedReply"];

/** All that a therapist sets for themselves, with what follows from it. */
export type Pace = Schemas["PaceReply"];
export type SessionType = Schemas["SessionTypeReply"];
export type CalendarWeek = Schemas["CalendarWeekReply"];
export type WeekSession = Schemas["WeekSessionReply"];
export type Conflict = Schemas["ConflictReply"];
export type Colleagues = Schemas["ColleaguesReply"];
export type BookingTimes = Schemas["TimesReply"];
