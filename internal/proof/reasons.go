package proof

import (
	"errors"

	"khumue/internal/fault"
)

// Why a commit is not in order.
var (
	whyUnsigned    = fault.Text{TH: "ไม่มีลายเซ็น", EN: "it is not signed"}
	whySignature   = fault.Text{TH: "ลายเซ็นไม่ถูกต้อง", EN: "its signature is not good"}
	whySilent      = fault.Text{TH: "ไม่บอกว่าใครทำอะไร (ไม่มีบันทึก Khumue-…)", EN: "it does not say who did what (no Khumue trailers)"}
	whyTrailers    = fault.Text{TH: "บันทึก Khumue-… ผิดรูปแบบ", EN: "its Khumue trailers are not well-formed"}
	whyAuthor      = fault.Text{TH: "ผู้เขียน commit ไม่ใช่เจ้าหน้าที่ที่บันทึกไว้", EN: "its author is not the officer that it names"}
	whyStage       = fault.Text{TH: "ขั้นนี้ไม่ควรอยู่บนสาขาที่เผยแพร่", EN: "its stage does not belong on the published branch"}
	whyStages      = fault.Text{TH: "ไม่ใช่ขั้นที่ต้องเป็น", EN: "it is not of that stage"}
	whyBootstrap   = fault.Text{TH: "การนำเข้าครั้งแรกต้องเป็น commit แรกของประวัติ", EN: "an import can only begin the history"}
	whyImport      = fault.Text{TH: "การนำเข้าเปลี่ยนสิ่งอื่นนอกจากคู่มือ หรือลบคู่มือ", EN: "an import may bring manuals, and change or remove nothing else"}
	whyImported    = fault.Text{TH: "การนำเข้าแทนที่คู่มือที่เคยผ่านการอนุมัติ หรือไม่มีที่มา", EN: "an import replaced a manual that had been approved, or that nobody answered for"}
	whyConfirm     = fault.Text{TH: "การยืนยันต้องไม่เปลี่ยนเนื้อหา และต้องเป็นคู่มือของหน่วยงานนั้นตามที่อ่าน", EN: "a confirmation may change nothing, and has to be of the agency's own manuals as they stand"}
	whyNewKey      = fault.Text{TH: "commit เปลี่ยนกุญแจต้องไม่เปลี่ยนเนื้อหา", EN: "a change of the key may change no content"}
	whyImmediate   = fault.Text{TH: "แก้คู่มือด้วยการแก้ไขที่มีผลทันที โดยไม่ผ่านการอนุมัติ", EN: "an immediate change, which needs no approval, touched a manual"}
	whyMerge       = fault.Text{TH: "รวมสาขาโดยไม่ใช่การอนุมัติ", EN: "it merges, and is no approval"}
	whyMoved       = fault.Text{TH: "การย้ายเปลี่ยนเนื้อหาคู่มือด้วย", EN: "the move changed more than the place of manuals"}
	whyMore        = fault.Text{TH: "เปลี่ยนมากกว่าคู่มือที่อนุมัติ", EN: "it changes more than the manual that was approved"}
	whyManual      = fault.Text{TH: "อนุมัติคู่มือหรือฉบับอื่น", EN: "what was approved is another manual or revision"}
	whyTree        = fault.Text{TH: "ข้อความไม่ตรงกับที่อ่านและอนุมัติ", EN: "the text is not the one that was read and approved"}
	whyTwo         = fault.Text{TH: "ไม่ใช่การรวมฉบับที่เห็นชอบแล้ว", EN: "it is not a merge of what was endorsed"}
	whyRole        = fault.Text{TH: "บทบาทของเจ้าหน้าที่ทำเช่นนี้ไม่ได้", EN: "the officer's role may not do this"}
	whyReviewer    = fault.Text{TH: "ผู้เห็นชอบขั้นที่ 1 ไม่ใช่เจ้าหน้าที่รีวิวของหน่วยงานเจ้าของคู่มือ", EN: "stage 1 is not by a reviewer of the agency that owns the manual"}
	whyStatement   = fault.Text{TH: "ขั้นที่ 1 ทำที่สำนักงานโดยไม่มีเครือข่าย แต่ไม่มีคำรับรองที่เจ้าหน้าที่ลงนามไว้สำหรับข้อความนี้", EN: "stage 1 was made at an office without a network, and bears no good statement of its officer about this text"}
	whySame        = fault.Text{TH: "เจ้าหน้าที่คนเดียวอนุมัติทั้งสองขั้น", EN: "one officer approved both stages"}
	whyContributor = fault.Text{TH: "ผู้อนุมัติร่วมเขียนฉบับนี้", EN: "an approver contributed to the revision"}
	whyReplayed    = fault.Text{TH: "ฉบับนี้หรือฉบับหลังจากนี้เผยแพร่ไปแล้ว", EN: "this revision, or a later one, had been published already"}
	whyOnMain      = fault.Text{TH: "ขั้นที่ 1 ไม่ได้ทำบนสาขาที่เผยแพร่ก่อนหน้านั้น", EN: "stage 1 was not made on what was published before"}
	whyStageKey    = fault.Text{TH: "ขั้นที่ 1 ลงนามด้วยกุญแจที่ไม่ได้ใช้อยู่ในเวลานั้น", EN: "stage 1 is signed by a key that was not in force"}
	whySubmitKey   = fault.Text{TH: "การเสนอลงนามด้วยกุญแจที่ไม่ได้ใช้อยู่ในเวลานั้น", EN: "the submission is signed by a key that was not in force"}
	whyGone        = fault.Text{TH: "คู่มือหายไปจากเนื้อหา ทั้งที่ต้องเลิกใช้ด้วยฉบับใหม่", EN: "the manual is gone; withdrawing one is a revision"}
	whyTwice       = fault.Text{TH: "รหัสเดียวกันอยู่สองแห่ง", EN: "the same id stands in two places"}
	whyCut         = fault.Text{TH: "ประวัติถูกตัดก่อนถึงการอนุมัติ", EN: "the history is cut short before its approval"}
	whyDamaged     = fault.Text{TH: "ไฟล์ไม่ตรงกับที่ประวัติบันทึกไว้", EN: "its files are not what the history says"}
	whyAbsent      = fault.Text{TH: "ไม่มีไฟล์ในสำเนานี้ จึงตรวจไม่ได้", EN: "its files are not in this copy, so they can not be checked"}
)

// whyKey names the key that signed instead of the one in force.
func whyKey(k Key) fault.Text {
	return fault.Textf("ลงนามด้วยกุญแจ %s ซึ่งไม่ได้ใช้อยู่ในเวลานั้น", "it is signed by %s, which was not the key in force", k.Fingerprint())
}

// whyWithin says that a commit below a publication is at fault.
func whyWithin(s Stage, why fault.Text) fault.Text {
	if s == Review {
		return fault.Text{TH: "ขั้นที่ 1: " + why.TH, EN: "stage 1: " + why.EN}
	}
	return fault.Text{TH: "การเสนอ: " + why.TH, EN: "the submission: " + why.EN}
}

// whyBelow is why a commit below a publication can not be read.
func whyBelow(err error) fault.Text {
	if errors.Is(err, fault.NotFound) {
		return whyAbsent
	}
	return whyDamaged
}

// outside returns an error unless it says what is in the repository, or is not.
func outside(err error) error {
	if errors.Is(err, fault.NotFound) || errors.Is(err, fault.Invalid) {
		return nil
	}
	return err
}
